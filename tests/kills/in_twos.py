"""The application with jobs in pieces of two: a batch of six fits into one piece of the usual size.

There is then something between the pieces.
"""

from api.simulation.child import run
from tasks import applications, papers, publicity, seating, sessions

if __name__ == "__main__":
    for module in (applications, papers, publicity, seating, sessions):
        module.CHUNK = 2
    run()
