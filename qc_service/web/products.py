"""The routes of products and their regulatory bases."""

from __future__ import annotations

from qc_service.application.products import (
    RecordBasis,
    RegisterProduct,
    read_product,
    record_basis,
    register_product,
)
from qc_service.web.routes import Read, Write
from schemas.products import ProductSchema, RecordBasisSchema, RegisterProductSchema

PRODUCT = ("product", "product")
"""The room, and the member that names the stream."""

ROUTES = (
    Read("/products", listing="product", summary="List products"),
    Write(
        "POST",
        "/products",
        use_case=register_product,
        intent=RegisterProduct,
        body=RegisterProductSchema,
        subject=("product", "code"),
        summary="Register a product or an in-house material",
    ),
    Read(
        "/products/<product>",
        answer=read_product,
        reply=ProductSchema,
        etag=PRODUCT,
        summary="One product with its regulatory bases and specifications",
    ),
    Write(
        "POST",
        "/products/<product>/bases",
        use_case=record_basis,
        intent=RecordBasis,
        body=RecordBasisSchema,
        subject=PRODUCT,
        summary="Record on what footing a product is offered in a country",
    ),
)
