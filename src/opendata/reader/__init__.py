"""What is published, for people who compute with it: a dataset's address -> DataFrames."""

from opendata.reader.tables import Tables, read

__all__ = ["Tables", "read"]
