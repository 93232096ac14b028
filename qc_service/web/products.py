"""The routes of products, their regulatory bases and their specifications."""

from __future__ import annotations

from qc_service.application.products import (
    ApproveSpecification,
    RecordBasis,
    RegisterProduct,
    approve_specification,
    read_product,
    record_basis,
    register_product,
)
from qc_service.web.routes import Read, Write
from schemas.products import ProductSchema, RecordBasisSchema, RegisterProductSchema
from schemas.specifications import ApproveSpecificationSchema

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
    Write(
        "POST",
        "/products/<product>/specifications",
        use_case=approve_specification,
        intent=ApproveSpecification,
        body=ApproveSpecificationSchema,
        subject=PRODUCT,
        summary="Approve the next version of a product's specification",
    ),
)
