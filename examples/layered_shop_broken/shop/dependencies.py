"""Who is given what: the only place that builds services."""

from typing import Annotated

from fastapi import Depends
from sqlalchemy.orm import Session

from shop.db import get_session
from shop.gateways.payments import PaymentsGateway
from shop.repositories import OrderRepository, ProductRepository
from shop.services.catalogue import Catalogue
from shop.services.ordering import Ordering
from shop.settings import settings

SessionDep = Annotated[Session, Depends(get_session)]


def get_catalogue(session: SessionDep) -> Catalogue:
    """The catalogue for a request."""
    return Catalogue(ProductRepository(session))


def get_ordering(session: SessionDep) -> Ordering:
    """The ordering for a request."""
    return Ordering(
        OrderRepository(session),
        ProductRepository(session),
        PaymentsGateway(settings().payments_url),
    )


CatalogueDep = Annotated[Catalogue, Depends(get_catalogue)]
OrderingDep = Annotated[Ordering, Depends(get_ordering)]
