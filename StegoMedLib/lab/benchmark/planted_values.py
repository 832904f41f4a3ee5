"""Values that identify an invented patient, each with words of its own: where one is found, it is known which it is."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ANYWHERE", "JAPANESE", "KEPT_SEQUENCES", "META", "REMOVED_SEQUENCES", "RUSSIAN", "TOP", "UIDS", "Values"]

Values = dict[str, "str | Values"]
"""Text by keyword, or one item of a sequence."""

META: Mapping[str, str] = MappingProxyType(
    {
        "SourceApplicationEntityTitle": "QUARMSIEKAE",
        "SendingApplicationEntityTitle": "VOLLRATHAE",
        "ReceivingApplicationEntityTitle": "ZUMBUSCHAE",
    }
)

UIDS: Mapping[str, str] = MappingProxyType(
    {
        "SOPInstanceUID": "1.2.826.0.1.3680043.10.7713.31.{}",
        "SeriesInstanceUID": "1.2.826.0.1.3680043.10.7713.32",
        "StudyInstanceUID": "1.2.826.0.1.3680043.10.7713.33",
        "FrameOfReferenceUID": "1.2.826.0.1.3680043.10.7713.34",
    }
)
"""The first differs in every instance."""

TOP: Mapping[str, str] = MappingProxyType(
    {
        # Whom the picture shows (Latin-1)
        "PatientName": "Schüßlinger^Wülfhild",
        "PatientID": "QX-7310459",
        "OtherPatientIDs": "QX-8827716",
        "OtherPatientNames": "Börgmöller^Käthchen",
        "IssuerOfPatientID": "Klinikverbund Xantenau",
        "PatientBirthDate": "19310713",
        "PatientBirthTime": "031759.713",
        "PatientBirthName": "Knäpperjohann",
        "PatientMotherBirthName": "Öhlenschläger",
        "PatientAddress": "Fünfgiebelweg 713, Xantenau",
        "PatientTelephoneNumbers": "+49 7313 5550171",
        "CountryOfResidence": "Zwischenahnia",
        "MilitaryRank": "Obermaatgefreite",
        "EthnicGroup": "Wendisch-Sorb",
        "Occupation": "Glockengießerin",
        "PatientReligiousPreference": "Mennonitisch-Alt",
        "PatientWeight": "71.30917",
        "MedicalRecordLocator": "Regal 7Q/Xantenau",
        "PatientComments": "Nachbarin von Fräulein Zitzelsberger",
        "AdditionalPatientHistory": "1957 Unfall bei Ückendörfer & Söhne",
        # Who saw her, and where
        "ReferringPhysicianName": "Dr^Hüttenschmidt",
        "ReferringPhysicianTelephoneNumbers": "+49 7313 5550172",
        "PerformingPhysicianName": "Dr^Jägermeyer",
        "OperatorsName": "Köhlerkamp^Fritzi",
        "NameOfPhysiciansReadingStudy": "Dr^Grünefeldt",
        "RequestingPhysician": "Dr^Päffgenstein",
        "InstitutionName": "Sankt-Hülfe-Spital",
        "InstitutionAddress": "Prälatenstieg 31, Xantenau",
        "InstitutionalDepartmentName": "Röntgenkeller Süd",
        "StationName": "XKELLER7Q",
        "DeviceSerialNumber": "SN-XK-7310",
        # When, and what for
        "StudyDate": "19870302",
        "SeriesDate": "19870303",
        "AcquisitionDate": "19870304",
        "ContentDate": "19870305",
        "StudyTime": "131707.713",
        "SeriesTime": "131808.713",
        "AcquisitionTime": "131909.713",
        "ContentTime": "132010.713",
        "AcquisitionDateTime": "19870306132111.713000",
        "AccessionNumber": "ACC-7310-Q",
        "StudyID": "STQ7310",
        "AdmissionID": "ADM-7310-Q",
        "RequestedProcedureID": "RPQ-7310",
        "StudyDescription": "Kontrolle nach Sturz, Bärenwinkelei",
        "SeriesDescription": "Serie Gräfin Nüßlein",
        "ProtocolName": "Protokoll Zwerchsiek",
        "ImageComments": "Bild für Bürgermeister Quäntchen",
    }
)
"""Latin-1: names are other bytes than in UTF-8. Days lie in one week: a shift by weeks makes none of another."""

_CODE: Values = {"CodeValue": "PQ7310X", "CodingSchemeDesignator": "99XANTENAU", "CodeMeaning": "Dr. Brüderle-Xanten"}

REMOVED_SEQUENCES: Mapping[str, Values] = MappingProxyType(
    {
        "OtherPatientIDsSequence": {
            "PatientID": "QX-9931207",
            "IssuerOfPatientID": "Kasse Immergrün",
            "TypeOfPatientID": "TEXT",
        },
        "ReferringPhysicianIdentificationSequence": {
            "InstitutionName": "Praxis Düsterwald",
            "PersonTelephoneNumbers": "+49 7313 5550173",
            "PersonIdentificationCodeSequence": _CODE,
        },
        "RequestAttributesSequence": {
            "RequestedProcedureDescription": "Anfrage Frau Zöllnerova",
            "ScheduledProcedureStepID": "SPSQ7310",
            "ReferencedStudySequence": {
                "ReferencedSOPClassUID": "1.2.840.10008.3.1.2.3.1",
                "ReferencedSOPInstanceUID": "1.2.826.0.1.3680043.10.7713.41",
            },
        },
        "OriginalAttributesSequence": {
            "AttributeModificationDateTime": "19870307091500.713000",
            "ModifyingSystem": "PACS Xanthippe",
            "SourceOfPreviousValues": "Archiv Störtebeker",
            "ReasonForTheAttributeModification": "COERCE",
            "ModifiedAttributesSequence": {
                "PatientName": "Flüchtigmann^Ella",
                "OtherPatientIDsSequence": {
                    "PatientID": "QX-4410098",
                    "IssuerOfPatientID": "Amt Grünwinkel",
                    "TypeOfPatientID": "TEXT",
                },
            },
        },
        "ReferencedPatientSequence": {
            "ReferencedSOPClassUID": "1.2.840.10008.3.1.2.1.1",
            "ReferencedSOPInstanceUID": "1.2.826.0.1.3680043.10.7713.42",
        },
    }
)
"""Sequences that Table E.1-1 removes."""

KEPT_SEQUENCES: Mapping[str, Values] = MappingProxyType(
    {
        "ContributingEquipmentSequence": {
            "PurposeOfReferenceCodeSequence": {
                "CodeValue": "109103",
                "CodingSchemeDesignator": "DCM",
                "CodeMeaning": "Modifying Equipment",
            },
            "Manufacturer": "Acme",
            "InstitutionName": "Labor Pfläumchen",
            "StationName": "XLABOR7R",
            "DeviceSerialNumber": "SN-XL-8821",
            "ContributionDateTime": "19870308101500.713000",
            "ContributionDescription": "bearbeitet von Tischbüttner",
            "OperatorsName": "Vöglinstein^Ida",
            "OperatorIdentificationSequence": {
                "InstitutionName": "Schule Mühlenkötter",
                "PersonIdentificationCodeSequence": {**_CODE, "CodeMeaning": "Frl. Nörgelhofer"},
            },
        },
        "PerformedProtocolCodeSequence": {
            "CodeValue": "P1",
            "CodingSchemeDesignator": "99X",
            "CodeMeaning": "Head",
            "ProtocolContextSequence": {
                "ValueType": "PNAME",
                "ConceptNameCodeSequence": {
                    "CodeValue": "121008",
                    "CodingSchemeDesignator": "DCM",
                    "CodeMeaning": "Person Observer Name",
                },
                "PersonName": "Süßkindova^Olga",
            },
        },
    }
)
"""Sequences that stay, with what has to go inside; the standard has no action for them."""

JAPANESE: Values = {
    "SpecificCharacterSet": "\\ISO 2022 IR 87",
    "PatientName": "Yamadaoka^Ju=山田岡^十=やまだおか^じゅう",
    "PatientID": "JQ-5512008",
    "TypeOfPatientID": "TEXT",
}
RUSSIAN: Values = {
    "SpecificCharacterSet": "ISO_IR 192",
    "PatientName": "Щербаковская^Евдокия",
    "PatientID": "RQ-6613009",
    "TypeOfPatientID": "TEXT",
}
"""Items of a sequence with a character set of their own (PS3.3 C.12.1.1.2)."""

ANYWHERE = "Schüßlinger"
"""Part of the patient's name, for places that no profile names."""
