//! Random schedules of slow, dying and failing workers, in which no reason may be lost.

use super::*;

/// One run of workers that are slow, die, fail and are replaced, while reasons come in.
struct Schedule {
    house: House,
    rng: StdRng,
    /// The step of the last reason for each subject, and the step at which its last good lease began.
    asked: BTreeMap<String, usize>,
    begun: BTreeMap<String, usize>,
    /// All leases ever given, the step at which each began, and whether its holder has died.
    leases: Vec<(Piece, usize)>,
}

impl Schedule {
    async fn step(&mut self, step: usize) {
        match self.rng.random_range(0..10) {
            0..=2 => {
                let lane = self.rng.random_range(1..4);
                let subject = format!("{lane}.{}", self.rng.random_range(0..4));
                let series = (lane == 3).then_some(3);
                let reason = *[PLAIN, MEAN, PATIENT, OPERATOR].choose(&mut self.rng).unwrap();
                self.house.ask_in(lane, &subject, series, reason).await;
                self.asked.insert(subject, step);
            }
            3..=5 => {
                let limit = self.rng.random_range(1..6);
                let pieces = self.house.lease_of(i16::MAX, false, limit).await;
                self.leases.extend(pieces.into_iter().map(|piece| (piece, step)));
                self.check_places().await;
            }
            6..=8 if !self.leases.is_empty() => self.finish_one().await,
            _ => self.house.clock.go(TimeDelta::seconds(self.rng.random_range(1..40))),
        }
    }

    /// Any holder comes back, however late: only the one whom the row knows is heard.
    async fn finish_one(&mut self) {
        let at = self.rng.random_range(0..self.leases.len());
        let (piece, begun) = self.leases[at].clone();
        let now = self.house.find(&piece.subject).await;
        let is_holder = now.status == WorkStatus::Running && now.fence == piece.fence;
        let outcome = match self.rng.random_range(0..5) {
            0 => self.house.again(piece.attempts + 1),
            1 => Outcome::Dead("x"),
            2 => Outcome::Parked("x"),
            _ => Outcome::Done,
        };
        assert_eq!(self.house.finish(&piece, outcome).await, is_holder, "{piece:?}\n{now:?}");
        if is_holder && outcome == Outcome::Done {
            self.begun.insert(piece.subject, begun);
        }
    }

    /// Of no lane more than its places run at once, as urgent or more, and of a series one.
    async fn check_places(&self) {
        let now = self.house.clock.now();
        let sql = "select * from work where status = 'RUNNING'";
        let running: Vec<Piece> = crate::unit_of_work::all(self.house.db.reader(), sql, []).await.unwrap();
        let running: Vec<_> = running.into_iter().filter(|piece| piece.lease_until >= Some(now)).collect();
        for rank in 0..=2 {
            for lane in 1..4 {
                let of_lane = running.iter().filter(|piece| piece.lane == lane && piece.rank == rank).count();
                assert!(of_lane <= 2, "lane {lane} rank {rank}: {running:?}");
            }
        }
        assert!(running.iter().filter(|piece| piece.series == Some(3)).count() <= 1, "{running:?}");
    }

    /// An operator sets everything free; good workers do it all.
    async fn drain(&mut self, step: usize) {
        for subject in self.asked.clone().into_keys() {
            let piece = self.house.find(&subject).await;
            if matches!(piece.status, WorkStatus::Parked | WorkStatus::Dead) {
                self.house.ask_in(piece.lane, &subject, piece.series, OPERATOR).await;
            }
        }
        for _ in 0..200 {
            self.house.clock.go(TimeDelta::minutes(2));
            for piece in self.house.lease().await {
                assert!(self.house.finish(&piece, Outcome::Done).await);
                self.begun.insert(piece.subject, step);
            }
        }
    }
}

/// Whatever happens to the workers, each reason is followed by a whole run of its work that begins after it.
#[tokio::test]
async fn no_reason_is_lost_in_any_schedule() {
    for seed in 0..12 {
        let (asked, begun, leases) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
        let mut schedule =
            Schedule { house: House::new().await, rng: StdRng::seed_from_u64(seed), asked, begun, leases };
        for step in 0..150 {
            schedule.step(step).await;
        }
        schedule.drain(150).await;
        let Schedule { asked, begun, .. } = &schedule;
        for (subject, at) in asked {
            assert!(
                begun.get(subject).is_some_and(|begun| begun > at),
                "seed {seed}: {subject} asked at {at}: {begun:?}"
            );
            assert_eq!(schedule.house.find(subject).await.status, WorkStatus::Done, "seed {seed}: {subject}");
        }
    }
}
