"""Where studies travel: DIMSE, DICOMweb, and the service between a sender and an archive."""
