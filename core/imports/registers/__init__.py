"""Village registers that were kept on a telephone: exports of KoBoToolbox and ODK, filed as grievances."""
