"""The measure to beat: recipients one by one over the SDK as it comes; prints how many a second."""

import sys
import time

from africastalking.SMS import SMSService


def main() -> None:
    url, seconds = sys.argv[1], float(sys.argv[2])
    service = SMSService("bench", "bench")
    service._baseUrl = f"{url}/version1"
    began, count = time.perf_counter(), 0
    while time.perf_counter() - began < seconds:
        service.send("Jigi", [f"+22371{count:06}"], sender_id="JIGISEME", enqueue=True)
        count += 1
    print(count / (time.perf_counter() - began))


if __name__ == "__main__":
    main()
