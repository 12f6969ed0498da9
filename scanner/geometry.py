"""How a page's picture is put upright and straight: the same for who reads it and for who makes the document of it."""

import math

import cv2
import numpy as np

STRAIGHT = 0.03  # degrees: over the height of A4 not more than two dots of 300 dpi; turning so little would only soften the letters


def upright(picture: np.ndarray, turned: int, skew_degrees: float) -> np.ndarray:
    """`picture` (height × width, or × 3), uint8, turned by 0, 90, 180 or 270 degrees clockwise, then, where its lines climb to the right by
    `skew_degrees`, straight. That keeps its size: what comes in at the corners is white."""
    picture = np.ascontiguousarray(np.rot90(picture, -turned // 90))
    if math.fabs(skew_degrees) < STRAIGHT:
        return picture
    high, wide = picture.shape[:2]
    turn = cv2.getRotationMatrix2D(((wide - 1) / 2, (high - 1) / 2), -skew_degrees, 1)
    return cv2.warpAffine(picture, turn, (wide, high), flags=cv2.INTER_CUBIC, borderValue=(255,) * 3)
