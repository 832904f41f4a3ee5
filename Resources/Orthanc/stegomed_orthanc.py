"""StegoMed in Orthanc: protects what arrives, and restores on demand; docs/orthanc.md says how."""

import json
import sys

import orthanc

SETTINGS = json.loads(orthanc.GetConfiguration())
sys.path[:0] = SETTINGS["StegoMed"].get("Packages", [])
from StegoMedLib.network.instances import Instances, refusal, user_of

INSTANCES = Instances.of(SETTINGS["StegoMed"]["Rules"], orthanc.LogWarning)  # where this fails, Orthanc does not start


def received(data, _origin):
    try:
        return orthanc.ReceivedInstanceAction.MODIFY, INSTANCES.protect(data)
    except BaseException as error:  # Orthanc would store the instance as it came
        orthanc.LogError(f"StegoMed refuses an instance. {refusal(error)[1]}")
        return orthanc.ReceivedInstanceAction.MODIFY, b"no DICOM, so that whoever sent it is told of a failure"


def restored(output, _uri, method, groups, headers, **_):
    (level, name), user = groups, user_of(headers.get("authorization", ""))  # Orthanc has let this user in
    if method != "POST":
        return output.SendMethodNotAllowed("POST")
    try:
        restore = INSTANCES.restore_study if level == "studies" else INSTANCES.restore
        made, kind = restore(name, orthanc.RestApiGet, user)
        orthanc.LogWarning(f"StegoMed gives {user} the identity of {level}/{name}.")
        output.SetHttpHeader("Cache-Control", "no-store")
        output.AnswerBuffer(made, kind)
    except BaseException as error:  # Orthanc would log whatever it says
        status, said = (404, "") if isinstance(error, orthanc.OrthancException) else refusal(error)
        output.SendHttpStatus(status, said, len(said.encode()))


orthanc.RegisterReceivedInstanceCallback(received)
if SETTINGS.get("AuthenticationEnabled"):
    orthanc.RegisterRestCallback("/stegomed/(instances|studies)/([-0-9a-f]+)/restore", restored)
