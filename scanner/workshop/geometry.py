"""How a page's picture is put upright and straight: the same for who reads it and for who makes the document of it."""

import math

import cv2
import numpy as np

STRAIGHT = 0.03  # degrees: over the height of A4 not more than two dots of 300 dpi; turning so little would only soften the letters
ROOMY = 4.5      # degrees: beyond, more than 12 mm would be lost at the corners of A4, where text may be, and the page grows to hold them


def upright(picture: np.ndarray, turned: int, skew_degrees: float) -> np.ndarray:
    """`picture` (height × width, or × 3), uint8, turned by 0, 90, 180 or 270 degrees clockwise, then, where its lines climb to the right by
    `skew_degrees`, straight. What comes in at the corners is white; the size stays as it is up to `ROOMY` degrees."""
    picture = np.ascontiguousarray(np.rot90(picture, -turned // 90))
    if math.fabs(skew_degrees) < STRAIGHT:
        return picture
    high, wide = picture.shape[:2]
    turn = cv2.getRotationMatrix2D(((wide - 1) / 2, (high - 1) / 2), -skew_degrees, 1)
    if math.fabs(skew_degrees) > ROOMY:
        sine, cosine = math.sin(math.radians(math.fabs(skew_degrees))), math.cos(math.radians(skew_degrees))
        grown = math.ceil(wide * cosine + high * sine), math.ceil(high * cosine + wide * sine)
        turn[:, 2] += (grown[0] - wide) / 2, (grown[1] - high) / 2
        wide, high = grown
    return cv2.warpAffine(picture, turn, (wide, high), flags=cv2.INTER_CUBIC, borderValue=(255,) * 3)
