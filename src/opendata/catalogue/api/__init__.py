"""The same as on the pages as JSON, at addresses that stay: an API of static files."""

from opendata.catalogue.api.documents import api_files
from opendata.catalogue.api.place import place_documents

__all__ = ["api_files", "place_documents"]
