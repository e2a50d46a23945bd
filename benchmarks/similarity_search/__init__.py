"""What one good example finds: the rows nearest to a row of the rare class."""
