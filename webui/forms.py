"""What forms and addresses say, read as what it can be."""


def row_id(written: str) -> int:
    """An id out of a form. Raises ValueError, so that it counts as not written, for what no row can have."""
    if not 0 <= (number := int(written)) < 2**31:
        raise ValueError(number)
    return number
