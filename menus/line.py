"""The line itself: the one menu that the files of this room add their screens to."""

from ussd.menu import Menu

line = Menu(start="start")
