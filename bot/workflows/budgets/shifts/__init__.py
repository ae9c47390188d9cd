"""What a shift needs beside itself: its money moved, and the council where it is large."""
