"""`POST /shipments`."""

from uuid import UUID

from fastapi import FastAPI
from pydantic import BaseModel

from app.services import ship

app = FastAPI(title="Shipping")


class ShipmentIn(BaseModel):
    """What is to be sent."""

    order_id: UUID


@app.post("/shipments")
def post_shipment(body: ShipmentIn) -> dict[str, str]:
    """Send an order."""
    return {"label": ship(body.order_id)}
