"""Writes numpy.npz, the fixture of NpzFileTest: what NumPy itself makes of every supported type.

Last run with NumPy 2.4.6 and Python 3: python3 generate.py
"""

import os

import numpy as np

here = os.path.dirname(os.path.abspath(__file__))
counting = np.arange(6, dtype="<f8").reshape(2, 3)

np.savez(
    os.path.join(here, "numpy.npz"),
    **{
        "affine1/W": counting / 3,
        "affine1/b": np.array([0.1, -0.0, np.inf]),
        "fortran": np.asfortranarray(counting),
        "fortran3": np.asfortranarray(np.arange(24, dtype="<f8").reshape(2, 3, 4)),
        "float32": np.array([0.1, 1e30], dtype="<f4"),
        "bigEndian": counting.astype(">f8"),
        "bigEndian32": counting.astype(">f4"),
        "int64": np.array([-(2**53), 2**53], dtype="<i8"),
        "int32": np.array([-(2**31), 2**31 - 1], dtype="<i4"),
        "bigEndianInt32": np.array([1, -2], dtype=">i4"),
        "scalar": np.float64(2.5),
        "empty": np.zeros((0, 3)),
    },
)
np.savez_compressed(os.path.join(here, "compressed.npz"), zeros=np.zeros((100, 100)), one=np.ones(1))
