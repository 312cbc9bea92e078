"""`python -m m2fp` is `m2fp`."""

from m2fp.cli import main

if __name__ == "__main__":
    main()
