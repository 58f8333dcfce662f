"""The limits of the search for clients: each has a test on either side of its edge."""

import pytest
from marks import found_in
from project import Project

from archguard.effects.heuristics import may_hold_guesses
from archguard.effects.prefilter import HOPS
from archguard.effects.sql import sql_in
from archguard.semantics import StringValue


def chain(project: Project, hops: int) -> str:
    """A module that imports a client, `hops` modules above it, and what calls the client in the last one."""
    project.write("shop/part_0.py", "import psycopg2\n\n\ndef made():\n    return psycopg2.connect('')\n")
    for number in range(1, hops + 1):
        project.write(f"shop/part_{number}.py", f"from shop.part_{number - 1} import made\n")
    project.write(
        f"shop/part_{hops}.py", f"from shop.part_{hops - 1} import made\n\nmade().notify(1)\nmade().commit()\n"
    )
    project.configure("contracts: [{id: none, kind: database, modules: shop, detect: calls}]")
    return f"shop/part_{hops}.py"


@pytest.mark.parametrize(("hops", "is_found"), [(1, True), (HOPS - 1, True), (HOPS, False)])
def test_a_client_is_found_so_many_imports_above_the_module_that_imports_it(
    project: Project, hops: int, *, is_found: bool
) -> None:
    last = chain(project, hops)

    assert ((last, 4) in found_in(project.check())) is is_found


@pytest.mark.parametrize(("distance", "is_found"), [(10, True), (980, True), (1010, False)])
def test_the_owner_of_a_method_is_searched_in_so_many_bytes_before_it(distance: int, *, is_found: bool) -> None:
    content = b"(session\n" + b"#" * (distance - 10) + b"\n.execute(1))"

    assert may_hold_guesses(content) is is_found


@pytest.mark.parametrize(("length", "is_found"), [(19_990, True), (20_010, False)])
def test_a_text_is_read_as_sql_up_to_so_many_characters(length: int, *, is_found: bool) -> None:
    statement = "SELECT a FROM orders WHERE b = '"

    found = sql_in(StringValue((statement + "x" * (length - len(statement) - 1) + "'",)))

    assert (found is not None) is is_found


@pytest.mark.parametrize(("importers", "is_found"), [(20, True), (21, False)])
def test_arguments_are_followed_from_so_many_importing_modules(
    project: Project, importers: int, *, is_found: bool
) -> None:
    project.write("shop/work.py", "def close(thing):\n    thing.commit()\n")
    project.write_all({f"shop/part_{number}.py": "import shop.work\n" for number in range(1, importers)})
    project.write("shop/part_0.py", "import psycopg2\n\nfrom shop.work import close\n\nclose(psycopg2.connect(''))\n")
    project.configure("contracts: [{id: none, kind: database, modules: shop.work, detect: calls}]")

    assert (("shop/work.py", 2) in found_in(project.check())) is is_found


@pytest.mark.parametrize(("names", "is_found"), [(4, True), (5, False)])
def test_a_timeout_of_none_is_followed_through_so_many_names(project: Project, names: int, *, is_found: bool) -> None:
    aliases = "".join(f"patience_{number} = patience_{number - 1}\n" for number in range(1, names))
    call = f"httpx.get('http://stock', timeout=patience_{names - 1})\n"
    project.write("shop/stock.py", f"import httpx\n\npatience_0 = None\n{aliases}{call}")
    project.configure("contracts: [{id: timely, kind: gateway, require: timeout}]")

    assert bool(found_in(project.check())) is is_found


@pytest.mark.parametrize(("names", "is_known"), [(4, True), (5, False)])
def test_the_creation_of_a_client_is_followed_through_so_many_names(
    project: Project, names: int, *, is_known: bool
) -> None:
    aliases = "".join(f"pool_{number} = pool_{number - 1}\n" for number in range(1, names))
    call = f"pool_{names - 1}.request('GET', 'http://stock')\n"
    project.write("shop/stock.py", f"import urllib3\n\npool_0 = urllib3.PoolManager(timeout=3)\n{aliases}{call}")
    project.configure("contracts: [{id: timely, kind: gateway, require: timeout}]")

    assert bool(found_in(project.check())) is not is_known


@pytest.mark.parametrize(("names", "is_known"), [(11, True), (12, False)])
def test_a_string_is_followed_through_so_many_names(project: Project, names: int, *, is_known: bool) -> None:
    aliases = "".join(f"url_{number} = url_{number - 1}\n" for number in range(1, names))
    project.write("shop/stock.py", f"import httpx\n\nurl_0 = 'http://stock'\n{aliases}httpx.get(url_{names - 1})\n")
    project.configure("contracts: [{id: own, kind: gateway, hosts: prices, detect: calls}]")

    assert (("shop/stock.py", 3 + names) in found_in(project.check())) is is_known
