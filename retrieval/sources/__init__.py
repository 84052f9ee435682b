"""Where articles come from: the outside world → Articles."""
