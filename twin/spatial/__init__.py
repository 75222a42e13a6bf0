"""Questions about where things are: stack heights, clearances, what is nearest, what was pointed at."""
