"""Find out by trial what contracts say of imports: add hypothetical imports to the code, and check it.

So every kind of contract is taken into account without code of its own. Many imports at once change metrics, which are
left out.
"""

from collections.abc import Iterable
from dataclasses import replace

from archguard.checking.check import check
from archguard.codebase import Codebase, with_hypothetical_imports
from archguard.config import Config
from archguard.effects.interactions import Channel
from archguard.kinds import Contract
from archguard.kinds.metrics import Metrics
from archguard.kinds.services import Services
from archguard.model import Report


def try_imports(config: Config, codebase: Codebase, pairs: Iterable[tuple[str, str]]) -> Report:
    """The report on the code where the first module of each pair imports the second one."""
    without_metrics = tuple(contract for contract in config.contracts if not isinstance(contract, Metrics))
    hypothetical = with_hypothetical_imports(codebase, pairs)
    return check(replace(config, contracts=without_metrics), codebase=hypothetical)


def about_imports(config: Config) -> Config:
    """`config` with the contracts alone that need no file but for its imports, which a trial checks in no time.

    The kind decides: which files a contract must parse takes a search in all of them. Of `services`, imports remain.
    """
    contracts = tuple(narrowed for contract in config.contracts if (narrowed := _about_imports(contract)))
    return replace(config, contracts=contracts)


def _about_imports(contract: Contract) -> Contract | None:
    if isinstance(contract, Services) and Channel.IMPORT in contract.channels:
        return replace(contract, channels=(Channel.IMPORT,), external_hosts={})
    return contract if type(contract).modules_to_parse is Contract.modules_to_parse else None
