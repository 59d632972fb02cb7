"""One reader per kind of data; each returns arrays by name."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy

from kgpress.errors import DataError, TooLarge

#: More than this in memory is refused.
MAX_BYTES = 4 * 10**9
_IMAGE_SUFFIXES = {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff"}


def read_npz(path: Path) -> dict[str, np.ndarray]:
    """Arrays of a .npz; pickled (object) arrays and archives that swell are refused unread."""
    if not zipfile.is_zipfile(path):
        raise DataError(f"{path.name} is not a .npz file", remedy="write it with numpy.savez", field="data")
    try:
        with zipfile.ZipFile(path) as archive:
            total = sum(info.file_size for info in archive.infolist())
            if total > MAX_BYTES:
                raise TooLarge(
                    f"{path.name} unpacks to {total} bytes", remedy="give at most 4 GB of data", field="data"
                )
            for info in archive.infolist():
                _check_header(path, archive, info)
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, KeyError) as error:
        raise DataError(
            f"{path.name} is damaged: {str(error)[:160]}", remedy="write it again", field="data"
        ) from error


def _check_header(path: Path, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
    """The header must not promise more than the entry holds: NumPy would allocate it before reading."""
    with archive.open(info) as entry:
        version = npy.read_magic(entry)
        reader = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        shape, _, dtype = reader(entry)
    if dtype.hasobject:
        raise DataError(
            f"{info.filename.removesuffix('.npy')} in {path.name} holds Python objects, which are not read",
            remedy="save plain numbers of one shape",
            field="data",
        )
    if int(np.prod(shape, dtype=object)) * dtype.itemsize > info.file_size:
        raise DataError(
            f"{info.filename} in {path.name} promises more than it holds",
            remedy="write it again",
            field="data",
        )


def read_ucr(folder: Path) -> tuple[dict[str, np.ndarray], str]:
    """NAME_TRAIN.tsv and NAME_TEST.tsv: the label first, then the series; NaN where there is no value."""
    found = sorted(folder.glob("*_TRAIN.tsv"))
    if len(found) > 1:
        raise DataError(
            f"the folder {folder.name!r} holds {len(found)} data sets",
            remedy="give a folder with one NAME_TRAIN.tsv",
            field="data",
        )
    name = found[0].name.removesuffix("_TRAIN.tsv")
    arrays: dict[str, np.ndarray] = {}
    for which in ("train", "test"):
        path = folder / f"{name}_{which.upper()}.tsv"
        if not path.is_file():
            continue
        if path.stat().st_size > MAX_BYTES:
            raise TooLarge(f"{path.name} is larger than 4 GB", remedy="give fewer rows", field="data")
        try:
            table = np.loadtxt(path, delimiter="\t", dtype=np.float64, ndmin=2)
        except ValueError as error:
            raise DataError(
                f"{path.name} is not a table of numbers: {str(error)[:160]}",
                remedy="give one row per series: the label, then the values, tab-separated",
                field="data",
            ) from error
        if table.shape[1] < 2:
            raise DataError(f"{path.name} holds no series", remedy="separate by tabs", field="data")
        arrays[f"x_{which}"] = table[:, 1:].astype(np.float32)
        arrays[f"y_{which}"] = table[:, 0]
    return arrays, name


def read_images(folder: Path) -> dict[str, np.ndarray]:
    """train/CLASS/*.png and optionally val/ and test/: float32 0..1, (rows, channels, height, width)."""
    classes = sorted({p.name for s in ("train", "val", "test") for p in (folder / s).glob("*/")})
    arrays: dict[str, np.ndarray] = {}
    first: tuple[str, tuple[int, ...]] | None = None
    total = 0
    for which in ("train", "val", "test"):
        rows: list[np.ndarray] = []
        labels: list[str] = []
        for label in classes:
            files = [
                p for p in sorted((folder / which / label).glob("*")) if p.suffix.lower() in _IMAGE_SUFFIXES
            ]
            for path in files:
                pixels = _image(path)
                first = first or (path.name, pixels.shape)
                if pixels.shape != first[1]:
                    raise DataError(
                        f"{path.name} has shape {pixels.shape}, {first[0]} has {first[1]}",
                        remedy="give images of one size and colour mode",
                        field="data",
                    )
                total += pixels.nbytes
                if total > MAX_BYTES:
                    raise TooLarge(
                        "the images exceed 4 GB", remedy="give fewer or smaller ones", field="data"
                    )
                rows.append(pixels)
                labels.append(label)
        if rows:
            arrays[f"x_{which}"] = np.stack(rows)
            arrays[f"y_{which}"] = np.array(labels)
    return arrays


def _image(path: Path) -> np.ndarray:
    import warnings

    from PIL import Image, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path) as image:
                plain = image.convert("L" if image.mode in ("1", "L", "I;16") else "RGB")
                pixels = np.asarray(plain, np.float32) / 255
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise TooLarge(f"{path.name} has too many pixels", remedy="make it smaller", field="data") from error
    except (UnidentifiedImageError, OSError, SyntaxError) as error:
        raise DataError(
            f"{path.name} is not an image", remedy="replace or remove it", field="data"
        ) from error
    return pixels[None] if pixels.ndim == 2 else np.ascontiguousarray(pixels.transpose(2, 0, 1))


def read_factory(factory: Callable[[], Mapping[str, Any]] | str) -> Mapping[str, Any]:
    """Calls ``module:function`` (or the callable), which returns arrays by name."""
    from compressor._factory import call_factory

    arrays = call_factory(factory)
    if not isinstance(arrays, Mapping):
        raise DataError(
            f"the data function returned {type(arrays).__name__}",
            remedy="return a mapping with x_train, y_train, x_test, y_test",
            field="data",
        )
    return arrays
