//! Who hears an event, and how the log and the bus spell it.

/// Which waiters of the branch hear an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiters {
    /// None.
    No,
    /// All of the branch (W).
    All,
    /// Those assigned to the table's sector today; all when the table has no sector or nobody is assigned to it (Ws).
    OfSector,
}

/// The audience of an event within its branch. A diner of another session is never part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Audience {
    /// Admins and managers (A).
    pub admins: bool,
    /// Waiters (W or Ws).
    pub waiters: Waiters,
    /// Kitchen displays (K).
    pub kitchen: bool,
    /// Diners of the event's session (S).
    pub session: bool,
    /// Diners of the whole branch (D).
    pub diners: bool,
}

impl Audience {
    const NOBODY: Self = Self { admins: false, waiters: Waiters::No, kitchen: false, session: false, diners: false };

    /// Admins only.
    pub(super) const A: Self = Self { admins: true, ..Self::NOBODY };
    /// The session only.
    pub(super) const S: Self = Self { session: true, ..Self::NOBODY };
    /// Admins, all waiters, the session.
    pub(super) const A_W_S: Self = Self { waiters: Waiters::All, session: true, ..Self::A };
    /// Admins, the sector's waiters, the session.
    pub(super) const A_WS_S: Self = Self { waiters: Waiters::OfSector, session: true, ..Self::A };
    /// Admins, the sector's waiters, the kitchen, the session.
    pub(super) const A_WS_K_S: Self = Self { kitchen: true, ..Self::A_WS_S };
    /// Admins, the sector's waiters, the kitchen.
    pub(super) const A_WS_K: Self = Self { session: false, ..Self::A_WS_K_S };
    /// Admins, all waiters, the kitchen, every diner of the branch.
    pub(super) const A_W_K_D: Self = Self { waiters: Waiters::All, kitchen: true, diners: true, ..Self::A };

    /// In the letters of design.md §3, as the log and the bus carry it: `A Ws K S`.
    #[must_use]
    pub fn text(self) -> String {
        let waiters = match self.waiters {
            Waiters::No => None,
            Waiters::All => Some("W"),
            Waiters::OfSector => Some("Ws"),
        };
        let letter = |is: bool, letter| is.then_some(letter);
        let letters = [
            letter(self.admins, "A"),
            waiters,
            letter(self.kitchen, "K"),
            letter(self.session, "S"),
            letter(self.diners, "D"),
        ];
        letters.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    /// What such a text says. Of one that cannot be read, as a whole or in a single letter, only the admins: what a
    /// later version means by it may be nothing for a guest.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let mut audience = Self::NOBODY;
        for letter in text.split(' ') {
            match letter {
                "A" if !audience.admins => audience.admins = true,
                "W" if audience.waiters == Waiters::No => audience.waiters = Waiters::All,
                "Ws" if audience.waiters == Waiters::No => audience.waiters = Waiters::OfSector,
                "K" if !audience.kitchen => audience.kitchen = true,
                "S" if !audience.session => audience.session = true,
                "D" if !audience.diners => audience.diners = true,
                _ => return Self::A,
            }
        }
        audience
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::EventType;

    #[test]
    fn what_is_written_reads_back() {
        for kind in EventType::ALL {
            assert_eq!(Audience::read(&kind.audience().text()), kind.audience(), "{}", kind.as_str());
        }
        assert_eq!(Audience::A_WS_K_S.text(), "A Ws K S");
        assert_eq!(Audience::read("S Ws"), Audience { waiters: Waiters::OfSector, ..Audience::S });
    }

    #[test]
    fn what_cannot_be_read_is_for_the_admins() {
        for text in ["", " ", "H", "A H", "S H", "s", "AS", "A  S", "S ", "S S", "W Ws", "D,S", "S\n", "[\"S\"]"] {
            assert_eq!(Audience::read(text), Audience::A, "{text:?}");
        }
    }
}
