# Another route: guests, visits, rooms, one after the other.
def fills(rooms, old_guests, share_back, visits, nights, party, days=365):
    guests = share_back * old_guests
    rooms_taken = guests * visits / party
    return rooms_taken * nights / days / rooms
