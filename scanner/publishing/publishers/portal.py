"""This service's own public pages as a publisher: what is to be proven or published is on them by itself."""

from urllib.parse import quote

from scanner.publishing.publisher import Order, Placed


class Portal:
    """`public_url` is where the public reads this service."""

    def __init__(self, public_url: str):
        self.public_url = public_url.rstrip("/")

    def put(self, order: Order) -> Placed:
        page = f"{self.public_url}/produk/{order.product}"
        return Placed(page, f"{page}/{quote(order.file_name)}")

    def remove(self, order: Order) -> bool:
        return True

    def refresh(self) -> None:
        """Its pages are made when they are asked for."""
