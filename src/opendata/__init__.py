"""A city's spreadsheets, published as open data. Rooms and their order: docs/architecture.md."""
