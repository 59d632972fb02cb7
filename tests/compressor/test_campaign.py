"""Campaign files are checked before any work is done."""

from pathlib import Path

import pytest

from compressor import campaign
from kgpress.errors import InvalidInput, KgpressError

FOLDER = Path(__file__).parents[2] / "benchmarks" / "campaigns"
FIRST = FOLDER / "first.toml"


def test_the_first_campaigns_cover_twelve_sets_both_networks_and_repeats() -> None:
    campaigns = [campaign.read(FOLDER / name) for name in ("first.toml", "second.toml")]
    datasets = {name for declared in campaigns for name in declared.datasets}
    assert len(datasets) >= 12
    assert "ItalyPowerDemand" not in datasets, "the demo's data set stays absent"
    for declared in campaigns:
        assert set(declared.architectures) == {"fcn", "resnet"}
        assert declared.repeats >= 2
        assert len(list(campaign.tasks(declared))) == 2 * len(declared.datasets)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("name =", "title =", "missing or unknown keys"),
        ("[", "[[", "no campaign"),
        ('"x86-cpu"', '"x86cpu"', "did you mean"),
        ('"C4",', '"C4 > C2",', "write C2 > C4"),
    ],
)
def test_bad_files_are_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    file = tmp_path / "bad.toml"
    file.write_text(FIRST.read_text().replace(old, new, 1))
    with pytest.raises(KgpressError, match=said) as raised:
        campaign.read(file)
    assert isinstance(raised.value, InvalidInput)
