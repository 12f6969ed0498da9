"""The screens of the publication procedure: the board, a product with the forms of its steps, its papers, and the agenda book."""

from webui.routes.procedure import agenda, board, papers, product, submitting
from webui.routes.procedure.frame import screens

__all__ = ["agenda", "board", "papers", "product", "screens", "submitting"]
