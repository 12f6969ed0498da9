"""SANE's own test device, which scans without a scanner."""

from pathlib import Path


def sane_knows(folder: Path, *backends: str, airscan: str = "") -> Path:
    """Write SANE's configuration into `folder`: it knows these backends only."""
    (folder / "dll.conf").write_text("".join(f"{backend}\n" for backend in backends))
    # as it comes, it is smaller than A4, and cuts pages without a word
    (folder / "test.conf").write_text("number_of_devices 2\ngeometry_min 0.0\ngeometry_max 360.0\ngeometry_quant 1.0\n"
                                      "resolution_min 1.0\nresolution_max 1200.0\nresolution_quant 1.0\nmode Gray\ndepth 8\n"
                                      "resolution 300.0\ntl_x 0.0\ntl_y 0.0\nbr_x 210.0\nbr_y 297.0\ntest_picture 0\n")
    (folder / "airscan.conf").write_text(f"[devices]\n{airscan}\n[options]\ndiscovery = disable\nws-discovery = off\n")
    return folder
