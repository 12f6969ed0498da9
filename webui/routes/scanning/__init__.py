"""The scanner station's screens: batches, the scan that goes on, and the strip of pages."""

from webui.routes.scanning import batches, documents, pages, products, scans
from webui.routes.scanning.frame import screens

__all__ = ["batches", "documents", "pages", "products", "scans", "screens"]
