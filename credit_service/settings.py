"""The environment, read once into one frozen object.

Only `bootstrap` imports this module; everything else is given what it needs. Every setting is documented in
docs/operator.md, and a house test fails when one is not.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

REPOSITORY = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """Where things lie and which limits hold; each field is the variable ``CREDIT_<NAME>``."""

    model_config = SettingsConfigDict(env_prefix="CREDIT_", frozen=True, extra="ignore")

    home: Path = Field(default=REPOSITORY / "data" / "live", description="All live state lies here.")
    rules: Path = Field(default=REPOSITORY / "rules", description="The rulebook.")
    reference: Path = Field(default=REPOSITORY / "data" / "reference", description="Templates and code tables.")
    samples: Path = Field(default=REPOSITORY / "data" / "samples", description="The batches the demo plays.")
    publication_templates: Path = Field(
        default=REPOSITORY / "publications" / "templates",
        description="Templates of bulletins that officials may restyle.",
    )
    issued: Path | None = Field(
        default=None,
        description="Released bulletins; by default publications/issued, or <home>/issued where CREDIT_HOME is set.",
    )
    ledger_url: str | None = Field(
        default=None, description="SQLAlchemy URL of the ledger; by default SQLite in the home."
    )
    public_url: str = Field(
        default="http://127.0.0.1:8000", description="The address readers see; used in feeds and codes."
    )
    second_factor: str = Field(
        default="offered", description="Whether roles in charge must have a second factor: offered or required."
    )
    second_factor_roles: str = Field(
        default="decider,reviewer,publisher,administrator", description="The roles in charge, joined by commas."
    )
    idle_minutes: int = Field(default=30, ge=5, le=480, description="A sign-in nobody uses for so long is over.")
    oidc_issuer: str | None = Field(default=None, description="Issuer of the identity provider, as it calls itself.")
    oidc_client_id: str | None = Field(default=None, description="This service's name at the identity provider.")
    oidc_client_secret: SecretStr | None = Field(default=None, description="Its secret there.")
    oidc_scope: str = Field(default="openid", description="What is asked of the identity provider.")
    oidc_label: str = Field(default="统一身份认证", description="What the button on the sign-in page says.")

    @property
    def issued_dir(self) -> Path:
        """Directory of released bulletins, one folder per issue."""
        if self.issued is not None:
            return self.issued
        if "home" in self.model_fields_set:
            return self.home / "issued"
        return REPOSITORY / "publications" / "issued"
