"""Lets `python -m listening` do what the command `listening` does."""

from listening.cli import main

if __name__ == "__main__":
    main()
