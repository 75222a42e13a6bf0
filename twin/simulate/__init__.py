"""Made-up operations on a layout, good enough for a demo and for tests: facts like any feed's."""
