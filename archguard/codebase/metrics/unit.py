"""Robert C. Martin's coupling metrics of one unit."""

from archguard.dataclass import dataclass


@dataclass(frozen=True, kw_only=True)
class Unit:
    """The metrics of a component, a service or a package, compared with others of its level.

    The definitions are those of Robert C. Martin, "OO Design Quality Metrics: An Analysis of Dependencies" (1994), and
    "Clean Architecture" (2017), chapter 14. Couplings count units, as JDepend and ArchUnit do, not classes.
    """

    name: str
    """The name of the component, service or package."""
    modules: int
    """How many modules it has."""
    afferent: int
    """Ca: how many other units import it."""
    efferent: int
    """Ce: how many other units it imports."""
    classes: int = 0
    """How many classes its modules define at their top."""
    abstract_classes: int = 0
    """How many of them derive from `ABC` or `Protocol` directly, or have an abstract method."""

    @property
    def instability(self) -> float | None:
        """I = Ce / (Ca + Ce): 0 if it only is imported, 1 if it only imports; None if it is coupled to nothing."""
        coupled = self.afferent + self.efferent
        return self.efferent / coupled if coupled else None

    @property
    def abstractness(self) -> float:
        """A = abstract classes / classes: from 0, where all are concrete or there are none, to 1."""
        return self.abstract_classes / self.classes if self.classes else 0.0

    @property
    def distance(self) -> float | None:
        """D = |A + I - 1|: how far it is from the main sequence; None if it is coupled to nothing."""
        return None if self.instability is None else abs(self.abstractness + self.instability - 1)
