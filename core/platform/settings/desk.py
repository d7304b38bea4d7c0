"""The desk: sign-in, and what its forms take."""

from pydantic import Field, PositiveInt, SecretStr
from pydantic_settings import BaseSettings


class DeskSettings(BaseSettings):
    """Sign-in, sessions and forms of the desk."""

    desk_secret: SecretStr = Field(
        default=SecretStr(""),
        description="Signs the desk's forms, the same for all web processes. Empty: one is drawn at each start.",
    )
    desk_totp: bool = Field(default=True, description="Whether everybody signs in to the desk with a second factor.")
    desk_tries: PositiveInt = Field(
        default=5,
        description="Wrong passwords in a row after which a source waits; wrong codes that lock a login.",
    )
    desk_lock_minutes: PositiveInt = Field(default=15, description="Minutes that a source, or a login, waits then.")
    desk_idle_minutes: PositiveInt = Field(default=30, description="Minutes unused after which a desk session ends.")
    desk_session_hours: PositiveInt = Field(
        default=10, description="Hours after which a desk session ends, used or not."
    )
    desk_untouched_minutes: PositiveInt = Field(
        default=60, description="Minutes after which a case that was taken and not touched goes back to the queue."
    )
    desk_form_bytes: PositiveInt = Field(default=256 * 1024, description="Largest form the desk takes.")
    attachments_bucket: str = Field(
        default="",
        description="Address of a bucket that speaks S3 (`https://store.example/jigi`), where what is attached to "
        "complaints stands, sealed. Empty: `JIGI_DATA_DIR/attachments`, which all processes of the desk share.",
    )
    attachments_key: str = Field(default="", description="The access key of that bucket.")
    attachments_secret: SecretStr = Field(default=SecretStr(""), description="Its secret.")
    attachments_region: str = Field(default="us-east-1", description="The region that its requests are signed for.")
    desk_upload_bytes: PositiveInt = Field(
        default=256 * 1024 * 1024, description="Largest import file the desk takes; larger ones go by `jigi import`."
    )
