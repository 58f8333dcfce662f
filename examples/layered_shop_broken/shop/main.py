"""The web application: `uvicorn shop.main:app`."""

from fastapi import FastAPI

from shop.controllers import orders, products

app = FastAPI(title="Shop")
app.include_router(orders.router)
app.include_router(products.router)
