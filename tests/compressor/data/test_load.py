"""Data of every kind, and a one-sentence refusal for what cannot be used."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from compressor.data import _read, fit_to_model, load_data, save_npz, split_for_campaign
from kgpress.errors import DataError, InvalidInput, KgpressError, TooLarge
from kgpress.v1.compression_pb2 import DataPolicy
from kgpress.v1.types_pb2 import TensorSpec

ITALY = Path(__file__).parents[3] / "examples" / "data" / "ItalyPowerDemand"


def arrays(rows: int = 20, **changes: Any) -> dict[str, Any]:
    generator = np.random.default_rng(0)
    made: dict[str, Any] = {}
    for name in ("train", "test"):
        made[f"x_{name}"] = generator.normal(size=(rows, 8)).astype(np.float32)
        made[f"y_{name}"] = np.arange(rows) % 2
    return {k: v for k, v in (made | changes).items() if v is not None}


def npz(folder: Path, **content: Any) -> Path:
    np.savez(folder / "data.npz", **content)
    return folder / "data.npz"


def spec(*shape: int, dtype: str = "float32") -> list[TensorSpec]:
    return [TensorSpec(name="x", dtype=dtype, shape=shape)]


def test_the_shipped_ucr_set() -> None:
    data = load_data(ITALY)
    assert (data.name, data.domain, data.task) == (
        "ItalyPowerDemand",
        "time series",
        "time series classification",
    )
    assert data.x_train is not None
    assert data.x_val is not None
    assert data.x_test is not None
    assert (len(data.x_train) + len(data.x_val), len(data.x_test)) == (67, 1029)
    assert data.labels == ("1", "2")
    assert set(np.unique(data.y_test)) == {0, 1}
    assert data.validation_seen


def test_the_same_data_has_the_same_hash_in_every_form(tmp_path: Path) -> None:
    path = npz(tmp_path, **arrays())
    one, other = load_data(path, seed=0), load_data(lambda: arrays(), seed=1)
    assert one.data_hash == other.data_hash
    changed = arrays()
    changed["x_test"][3, 3] += 1e-3
    assert load_data(lambda: changed).data_hash != one.data_hash


def test_the_split_is_stratified_seeded_and_marked() -> None:
    labels = np.repeat([0, 1, 2], [60, 20, 5])
    source = arrays(85, y_train=labels, y_test=None, x_test=None)
    source["x_train"][:, 0] = np.arange(85)
    one, again, other = (load_data(lambda: source, seed=s) for s in (3, 3, 4))
    assert one.x_val is not None
    assert one.x_train is not None
    assert again.x_val is not None
    assert other.x_val is not None
    assert np.bincount(one.y_val).tolist() == [18, 6, 2]
    np.testing.assert_array_equal(one.x_val, again.x_val)
    assert not np.array_equal(one.x_val, other.x_val)
    assert sorted([*one.x_val[:, 0], *one.x_train[:, 0]]) == list(range(85))
    assert one.validation_seen


def test_a_given_validation_set_is_kept_and_not_seen() -> None:
    data = load_data(lambda: arrays(x_val=np.ones((3, 8), np.float32), y_val=np.array([0, 1, 1])))
    assert not data.validation_seen
    assert data.x_train is not None
    assert len(data.x_train) == 20


def test_the_campaign_split_never_puts_test_rows_into_training() -> None:
    whole = load_data(ITALY)
    split = split_for_campaign(whole, seed=7)
    assert split.x_train is not None
    assert split.x_val is not None
    assert split.x_test is not None
    assert (len(split.x_train), len(split.x_val), len(split.x_test)) == (67, 514, 515)
    assert not split.validation_seen
    rows = {r.tobytes() for r in split.x_test} & {r.tobytes() for r in [*split.x_val, *split.x_train]}
    assert not rows
    assert abs(np.mean(split.y_val) - np.mean(split.y_test)) < 0.01


def test_saved_and_read_again(tmp_path: Path) -> None:
    split = split_for_campaign(load_data(ITALY), seed=0)
    save_npz(split, tmp_path / "t.npz")
    again = load_data(tmp_path / "t.npz")
    np.testing.assert_array_equal(again.x_val, split.x_val)
    np.testing.assert_array_equal(again.y_test, split.y_test)
    assert not again.validation_seen


def test_labels_and_training_rows_are_optional() -> None:
    data = load_data(lambda: {"x_val": np.zeros((4, 8), np.float32)})
    assert data.x_train is None
    assert not data.has_labels
    assert data.classes is None
    with pytest.raises(DataError, match="neither training nor validation"):
        load_data(lambda: {"x_test": np.zeros((4, 8), np.float32), "y_test": np.arange(4) % 2})


def test_names_negative_labels_and_gaps_in_labels() -> None:
    named = load_data(lambda: arrays(y_train=np.array(["b", "a"] * 10), y_test=np.array(["a", "b"] * 10)))
    assert named.labels == ("a", "b")
    assert named.y_test is not None
    assert named.y_test[:2].tolist() == [0, 1]
    signed = load_data(lambda: arrays(y_train=np.array([-1, 1] * 10), y_test=np.array([1, -1] * 10)))
    assert signed.y_test is not None
    assert signed.y_test[:2].tolist() == [1, 0]
    # Labels 0, 2 are outputs 0 and 2 of the model, not 0 and 1.
    spaced = load_data(lambda: arrays(y_train=np.array([0, 2] * 10), y_test=np.array([0, 2] * 10)))
    assert spaced.classes == 3
    assert spaced.y_test is not None
    assert spaced.y_test[:2].tolist() == [0, 2]


def test_targets_that_are_not_whole_numbers_are_a_regression() -> None:
    data = load_data(lambda: arrays(y_train=np.linspace(0, 1, 20), y_test=np.linspace(0, 1, 20)))
    assert data.is_regression
    assert data.classes is None


def test_further_verification_sets(tmp_path: Path) -> None:
    path = npz(tmp_path, x=np.ones((5, 8), np.float32), y=np.array([0, 1, 1, 0, 1]))
    data = load_data(lambda: arrays(), extra={"winter": path})
    x, y = data.verification["winter"]
    assert x.shape == (5, 8)
    assert y is not None
    fitted = fit_to_model(data, spec(-1, 1, 8))
    assert fitted.verification["winter"][0].shape == (5, 1, 8)
    with pytest.raises(DataError, match="holds no x"):
        load_data(lambda: arrays(), extra={"bad": npz(tmp_path, z=np.ones(3))})


@pytest.mark.parametrize(("policy", "want"), [("interpolate", [1, 2, 3, 3]), ("zero", [1, 0, 3, 0])])
def test_gaps(policy: str, want: list[float]) -> None:
    x = np.array([[1, np.nan, 3, np.nan]] * 4, np.float32)
    source = {"x_train": x, "y_train": np.array([0, 1, 0, 1])}
    data = load_data(lambda: source, policy=DataPolicy(missing=policy))
    assert data.x_train is not None
    assert data.x_train[0].tolist() == want
    with pytest.raises(DataError, match="missing values") as refused:
        load_data(lambda: source)
    assert "interpolate" in refused.value.remedy


def ucr(folder: Path, train: str, test: str) -> Path:
    folder.mkdir()
    (folder / "Toy_TRAIN.tsv").write_text(train)
    (folder / "Toy_TEST.tsv").write_text(test)
    return folder


def test_unequal_lengths(tmp_path: Path) -> None:
    folder = ucr(
        tmp_path / "Toy", "1\t1\t2\tNaN\n2\t1\t2\t3\n1\t1\t2\t3\n2\t4\t5\t6\n", "2\t1\t2\t3\n1\t1\t2\t3\n"
    )
    padded = load_data(folder, policy=DataPolicy(length="pad_end"))
    cut = load_data(folder, policy=DataPolicy(length="truncate"))
    assert padded.x_test is not None
    assert padded.x_test.shape == (2, 3)
    assert padded.x_train is not None
    assert padded.x_val is not None
    assert [1, 2, 0] in np.concatenate([padded.x_train, padded.x_val]).tolist()
    assert cut.x_test is not None
    assert cut.x_test.shape == (2, 2)
    with pytest.raises(DataError, match=r"unequal lengths \(2 to 3\)"):
        load_data(folder)
    with pytest.raises(DataError, match="unknown policy"):
        load_data(folder, policy=DataPolicy(length="stretch"))


def test_image_folders(tmp_path: Path) -> None:
    for which, label, shade in [
        ("train", "cat", 0),
        ("train", "dog", 255),
        ("test", "cat", 0),
        ("test", "dog", 255),
    ]:
        for number in range(3):
            path = tmp_path / which / label / f"{number}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.new("RGB", (6, 4), (shade, 0, 0)).save(path)
    data = load_data(tmp_path)
    assert data.labels == ("cat", "dog")
    assert data.x_test is not None
    assert data.x_test.shape == (6, 3, 4, 6)
    assert data.x_test.max() == 1.0
    assert data.task == "image classification"
    assert fit_to_model(data, spec(-1, 4, 6, 3)).sample.shape[1:] == (4, 6, 3)
    Image.new("RGB", (7, 4)).save(tmp_path / "train" / "cat" / "odd.png")
    with pytest.raises(DataError, match=r"odd\.png has shape"):
        load_data(tmp_path)
    (tmp_path / "train" / "cat" / "odd.png").write_bytes(b"no image")
    with pytest.raises(DataError, match=r"odd\.png is not an image"):
        load_data(tmp_path)


def test_a_function_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "my_rows.py").write_text(
        "import numpy as np\ndef rows():\n    return {'x_train': np.zeros((4, 8)), 'y_train': [0, 1, 0, 1]}\n"
        "def wrong():\n    return 3\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    assert load_data("my_rows:rows").name == "rows"
    with pytest.raises(DataError, match="returned int"):
        load_data("my_rows:wrong")
    with pytest.raises(InvalidInput, match="cannot be imported"):
        load_data("my_rows:none")


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"x_train": np.full((20, 8), np.inf)}, "infinite values"),
        ({"x_train": np.full((20, 8), np.nan)}, "missing values"),
        ({"x_train": np.array([["a"] * 8] * 20)}, "not numbers"),
        ({"x_train": np.zeros((20, 8), complex)}, "not numbers"),
        ({"x_train": np.zeros((0, 8)), "y_train": np.zeros(0)}, "is empty"),
        ({"x_train": np.zeros(20)}, "has shape"),
        ({"x_train": np.zeros((20, 9))}, "rows of test have shape"),
        ({"y_train": np.zeros(20, int), "y_test": np.zeros(20, int)}, "fewer than two classes"),
        ({"y_train": np.arange(19)}, "y_train has shape"),
        ({"y_train": np.array([0.0, np.nan] * 10)}, "NaN or infinite labels"),
        ({"y_train": np.array([None] * 20)}, "y_train has type"),
        ({"y_train": np.array(["a", "b"] * 10)}, "names in one set and numbers"),
        ({"x_train": None}, "y_train is given without x_train"),
        ({"extra": np.zeros(3)}, "not known: extra"),
        ({"x_train": np.zeros((1, 8)), "y_train": np.array([0])}, "one training row"),
    ],
)
def test_bad_rows_are_refused_in_a_sentence(changes: dict[str, Any], fault: str) -> None:
    with pytest.raises(DataError, match=fault) as refused:
        load_data(lambda: arrays(**changes))
    assert refused.value.remedy
    assert "\n" not in str(refused.value)


def test_objects_in_a_file_are_not_unpickled(tmp_path: Path) -> None:
    path = npz(tmp_path, x_train=np.array([[1, 2], [3]], dtype=object))
    with pytest.raises(DataError, match="Python objects"):
        load_data(path)


def test_a_header_that_promises_more_than_there_is(tmp_path: Path) -> None:
    path = tmp_path / "d.npz"
    with zipfile.ZipFile(path, "w") as archive, archive.open("x_train.npy", "w") as entry:
        header = {"descr": "<f4", "fortran_order": False, "shape": (10**12, 8)}
        np.lib.format.write_array_header_1_0(entry, header)
    with pytest.raises(DataError, match="promises more"):
        load_data(path)


def test_a_file_that_swells_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "d.npz"
    np.savez_compressed(path, x_train=np.zeros((1000, 100)))
    monkeypatch.setattr(_read, "MAX_BYTES", 10**5)
    with pytest.raises(TooLarge, match="unpacks to"):
        load_data(path)


@pytest.mark.parametrize("content", [b"", b"text", b"PK\x03\x04"])
def test_what_is_no_data_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "d.npz"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"not a \.npz"):
        load_data(path)
    with pytest.raises(DataError, match="no data at"):
        load_data(tmp_path / "none.npz")
    with pytest.raises(DataError, match="no data that is known"):
        load_data(tmp_path)


def test_cut_npz(tmp_path: Path) -> None:
    path = npz(tmp_path, **arrays())
    path.write_bytes(path.read_bytes()[:-300])
    with pytest.raises(KgpressError):
        load_data(path)


def test_a_table_that_is_no_numbers(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="not a table of numbers"):
        load_data(ucr(tmp_path / "Toy", "a\tb\tc\n", "1\t2\t3\n"))


@pytest.mark.parametrize(
    ("wanted", "shape"), [((-1, 1, 8), (1, 8)), ((-1, 8), (8,)), ((1, 8, 1), (8, 1)), ((-1, 1, -1), (1, 8))]
)
def test_rows_take_the_model_s_shape(wanted: tuple[int, ...], shape: tuple[int, ...]) -> None:
    data = fit_to_model(load_data(lambda: arrays()), spec(*wanted))
    assert data.sample.shape[1:] == shape
    assert data.x_test is not None
    assert data.x_test.shape[1:] == shape


def test_a_wrong_shape_names_both() -> None:
    with pytest.raises(DataError) as refused:
        fit_to_model(load_data(lambda: arrays()), spec(-1, 3, 32))
    assert "(rows, 3, 32)" in refused.value.message
    assert "(rows, 8)" in refused.value.message


def test_a_label_beyond_the_outputs_is_refused() -> None:
    data = load_data(lambda: arrays(y_train=np.arange(20) % 5))
    with pytest.raises(DataError, match="labels up to 4, the model's outputs end at 1"):
        fit_to_model(data, spec(-1, 8), spec(-1, 2))


def test_a_wrong_type_is_refused() -> None:
    with pytest.raises(DataError, match="takes int64, the data holds float32"):
        fit_to_model(load_data(lambda: arrays()), spec(-1, 8, dtype="int64"))
    tokens = load_data(lambda: arrays(x_train=np.ones((20, 8), int), x_test=np.ones((20, 8), int)))
    assert fit_to_model(tokens, spec(-1, 8, dtype="int64")).sample.dtype == np.int64
    assert fit_to_model(tokens, spec(-1, 8)).sample.dtype == np.float32
