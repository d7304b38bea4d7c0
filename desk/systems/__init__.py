"""Other systems at the desk: their keys, what they are told of and where, and the batches that they pushed."""
