fn main() {
    let args: Vec<u64> = std::env::args().skip(1).filter_map(|a| a.parse().ok()).collect();
    let (first, n) = (args[0], args[1]);
    if std::env::args().any(|a| a == "trace") {
        println!("{}", understudy_sim::trace_seed(first).1);
        return;
    }
    let began = std::time::Instant::now();
    let summary = understudy_sim::run_seeds(first..first + n, args.get(2).copied().unwrap_or(1) as usize);
    let took = began.elapsed().as_secs_f64();
    for (group, counts) in summary.counters.groups() {
        println!("{group}: {}", counts.iter().map(|(n, c)| format!("{n}={c}")).collect::<Vec<_>>().join(" | "));
    }
    for (i, c) in &summary.checks {
        print!("{i:?}={c} ");
    }
    println!();
    println!("unreached: {:?}", summary.unreached());
    let mut by: std::collections::BTreeMap<_, (usize, Vec<String>)> = Default::default();
    for v in &summary.violations {
        let e = by.entry(v.invariant).or_default();
        e.0 += 1;
        if e.1.len() < 4 {
            e.1.push(format!("{} {}", v.seed, v.story));
        }
    }
    for (i, (c, s)) in by {
        println!("{i:?} x{c}");
        for s in s {
            println!("     {s}");
        }
    }
    println!(
        "{} seeds in {took:.1} s: {:.0}/s; commits/seed {:.1} facts/seed {:.1}",
        n,
        n as f64 / took,
        summary.counters.commits as f64 / n as f64,
        summary.counters.facts as f64 / n as f64
    );
}
