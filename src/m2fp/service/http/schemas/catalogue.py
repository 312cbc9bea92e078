"""Models and labels, as the API shows them."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from m2fp.labels import LabelScheme

Colour = Annotated[str, Field(pattern="^#[0-9a-f]{6}$", examples=["#c02942"])]


class ModelDocument(BaseModel):
    """A model that is served."""

    name: str
    names: list[str] = Field(description="Every name by which requests may ask for it.")
    sha256: str
    precision: str
    scheme: str = Field(description="Its labels; see /v1/labels.")
    licence: str
    description: str
    engine: str | None


class ModelsDocument(BaseModel):
    """The models that are served; none while the service starts."""

    models: list[ModelDocument]
    formats: list[str] = Field(description="What `format` may be.")


class LabelDocument(BaseModel):
    """One label."""

    id: int
    name: str
    name_zh: str
    colour: Colour
    mirror: int = Field(description="What it is in a mirrored picture: left becomes right.")


class LabelsDocument(BaseModel):
    """A label scheme: what the numbers of a part map mean."""

    name: str
    title: str
    person_class: int | None
    labels: list[LabelDocument]

    @classmethod
    def of(cls, scheme: LabelScheme) -> LabelsDocument:
        """Return the document of a scheme."""
        mirror = scheme.flip_table()
        return cls(
            name=scheme.name,
            title=scheme.title,
            person_class=scheme.person_class,
            labels=[
                LabelDocument(
                    id=label.id,
                    name=label.name,
                    name_zh=label.name_zh,
                    colour="#{:02x}{:02x}{:02x}".format(*label.colour),
                    mirror=int(mirror[label.id]),
                )
                for label in scheme.labels
            ],
        )
