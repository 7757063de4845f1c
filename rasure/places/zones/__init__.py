"""Patrol zones: the busiest connected streets of each hot spot, walked in a patrol.

A hexagon is a cell of a grid; officers walk streets. A zone is grown from the street
link with the most crime per metre, along the links that hold the most, for as long as a
patrol can walk it.
"""
