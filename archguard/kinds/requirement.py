"""What `gateway` requires of requests: a timeout, a retry decorator, a circuit breaker, an idempotency key."""

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar, Literal, TypeAlias

from archguard.codebase import Codebase, OneOrMany, Shorthand, SomeNames
from archguard.codebase.strictness import Weaker
from archguard.dataclass import dataclass
from archguard.kinds.client_faults import name_fault
from archguard.kinds.contract import ContractError, listed

Channel: TypeAlias = Literal["http", "rpc", "queue", "cloud", "saas", "network", "email"]
CHANNELS: tuple[Channel, ...] = ("http", "rpc", "queue", "cloud", "saas", "network", "email")


@dataclass(frozen=True, kw_only=True)
class Requirement(Shorthand):
    """One of `timeout`, `wrapped_in`, `breaker` and `idempotency_key`, for requests over `channels` or to `hosts`."""

    RULE: ClassVar[str] = "require "
    """How the rules of its violations begin: they are about how code does something, not about where."""

    KEY_RULE: ClassVar[str] = "idempotency_key"
    """The key of the requirement that also each `wrapped_in` brings."""

    timeout: Annotated[bool, Weaker.SMALLER] = False
    """Whether a timeout is required, of the request or of its client."""
    wrapped_in: Annotated[SomeNames, Weaker.LARGER_OR_EMPTY] = ()
    """Functions and classes, one of which must wrap the request: `tenacity.retry`, `shop.net.resilient`. A POST that
    one of them repeats without an idempotency key is a warning."""
    breaker: Annotated[SomeNames, Weaker.LARGER_OR_EMPTY] = ()
    """Circuit breakers, one of which must wrap the request; checked as `wrapped_in`, and reported apart."""
    idempotency_key: Annotated[bool, Weaker.SMALLER] = False
    """Whether a POST that is repeated needs an idempotency key, whatever repeats it; without one there is a warning."""
    channels: Annotated[tuple[Channel, ...], OneOrMany(empty=False), Weaker.SMALLER_NOT_EMPTY] = ()
    """The channels whose requests it is about; by default those of the contract."""
    hosts: Annotated[SomeNames, Weaker.SMALLER_NOT_EMPTY] = ()
    """If given, only requests that are known to go to one of these hosts must have it; as `hosts` of the contract."""

    @classmethod
    def expand(cls, short: object) -> Mapping[str, object]:
        """`timeout`: a timeout for every request; `idempotency_key`: one for every POST that is repeated."""
        if short not in ("timeout", "idempotency_key"):
            message = (
                f"'{short}' is neither `timeout` nor `idempotency_key`, nor a mapping with `wrapped_in` or `breaker`"
            )
            raise ValueError(message)
        return {short: True}

    @property
    def key(self) -> str:
        """The key that says what is required."""
        if self.timeout:
            return "timeout"
        return self.KEY_RULE if self.idempotency_key else "breaker" if self.breaker else "wrapped_in"

    @property
    def about(self) -> str:
        """What is required, in words that stay the same when requirements are added or moved."""
        return " ".join(filter(None, (f"{self.RULE}{self.key}", ", ".join(self.wrappers))))

    @property
    def wrappers(self) -> tuple[str, ...]:
        """The functions and classes, one of which must wrap the request."""
        return self.breaker or self.wrapped_in

    @property
    def sentence(self) -> str:
        """The rule in plain words."""
        over = f" over {listed(self.channels)}" if self.channels else ""
        to = f" to {listed(self.hosts)}" if self.hosts else ""
        if self.idempotency_key:
            return f"Every POST{over}{to} that is repeated has an idempotency key."
        what = "has its timeout" if self.timeout else f"is wrapped in {' or '.join(self.wrappers)}"
        return f"Every request{over}{to} {what}."

    @property
    def lack(self) -> str:
        """What a request lacks, after "must not call requests.get" in a message."""
        names = " or ".join(self.wrappers)
        phrases = {
            "timeout": "without a timeout",
            "breaker": f"without the circuit breaker {names}",
            "wrapped_in": f"outside of {names}",
        }
        return phrases[self.key]

    @property
    def fix(self) -> str:
        """How to give a request what it lacks."""
        if self.timeout:
            return "give it a `timeout`, or make its client with one"
        return f"decorate the function around it with {self.wrappers[0]}, or pass the function to that"

    def faults(self, codebase: Codebase, index: int, channels: tuple[str, ...]) -> Iterator[ContractError]:
        """Yield what is wrong with it, as the item `index` of a contract about `channels`."""
        keys = ("require", index)
        if sum(map(bool, (self.timeout, self.wrapped_in, self.breaker, self.idempotency_key))) != 1:
            yield ContractError("needs one of `timeout`, `wrapped_in`, `breaker` and `idempotency_key`", keys=keys)
        for channel in self.channels:
            if channel not in channels:
                message = f"the contract is not about '{channel}'"
                hint = "add it to the contract's `channels`"
                yield ContractError(message, hint=hint, keys=(*keys, "channels"))
        for place, name in enumerate(self.wrappers):
            if fault := name_fault(codebase, name, is_module=False):
                yield ContractError(fault[0], hint=fault[1], keys=(*keys, self.key, place))
