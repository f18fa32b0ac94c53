//! The usage of a process as Linux reports it.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};

pub struct ProcessId(pub u32);

impl ProcessId {
    /// The CPU time of all threads.
    pub fn cpu_time(&self) -> Result<Duration> {
        let mut nanoseconds = 0;
        for thread in std::fs::read_dir(self.path("task"))? {
            // "run time, wait time, time slices": Documentation/scheduler/sched-stats.rst of Linux.
            let Ok(schedstat) = std::fs::read_to_string(thread?.path().join("schedstat")) else { continue };
            nanoseconds += schedstat.split_whitespace().next().context("no run time")?.parse::<u64>()?;
        }
        Ok(Duration::from_nanos(nanoseconds))
    }

    /// The peak resident size so far, in KiB.
    pub fn peak_resident(&self) -> Result<u64> {
        let status = std::fs::read_to_string(self.path("status"))?;
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no peak")?;
        Ok(peak.split_whitespace().next().context("no number")?.parse()?)
    }

    fn path(&self, name: &str) -> PathBuf {
        PathBuf::from(format!("/proc/{}/{name}", self.0))
    }
}
