"""Grievances that a form's server pushes as they are sent from telephones: KoBoToolbox, and the JSON of ODK Central."""
