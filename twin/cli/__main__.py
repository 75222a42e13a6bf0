"""``python -m twin.cli``."""

from twin.cli.app import main

if __name__ == "__main__":
    main()
