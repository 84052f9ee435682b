"""`python -m training` trains the reader."""

from training.reader import main

main()
