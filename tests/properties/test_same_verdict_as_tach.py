"""Whatever tach.toml says, archguard finds errors where tach finds them, and refuses what tach refuses."""

import pytest
from hypothesis import given
from tach_projects import TachProject, archguard_says, tach_projects, tach_says


@given(drawn=tach_projects())
def test_tach_toml(drawn: TachProject, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("tach")
    drawn.write(folder)
    expected = tach_says(folder)

    found = archguard_says(folder)

    assert isinstance(found, str) if isinstance(expected, str) else found == expected
