use std::collections::HashMap;
use std::mem;

/// A map that forgets what was not used for long, so that a flood of keys can't fill the memory.
///
/// It has two generations. When the young one is full, it becomes the old one, and what was old is forgotten. A key that is used
/// again becomes young again. So every use takes the same short time, unlike a search for what has expired.
#[derive(Debug)]
pub(super) struct BoundedMap<V> {
    young: HashMap<u64, V>,
    old: HashMap<u64, V>,
    generation: usize,
}

impl<V> BoundedMap<V> {
    /// The last `generation` keys that were used are never forgotten. It holds at most twice as many.
    pub(super) fn new(generation: usize) -> Self {
        Self { young: HashMap::new(), old: HashMap::new(), generation }
    }

    pub(super) fn get(&mut self, key: u64) -> Option<&V> {
        if let Some(value) = self.old.remove(&key) {
            self.insert(key, value);
        }
        self.young.get(&key)
    }

    pub(super) fn insert(&mut self, key: u64, value: V) {
        if self.young.len() >= self.generation && !self.young.contains_key(&key) {
            self.old = mem::take(&mut self.young);
        }
        self.old.remove(&key);
        self.young.insert(key, value);
    }

    pub(super) fn remove(&mut self, key: u64) {
        self.young.remove(&key);
        self.old.remove(&key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_keys_used_last_and_is_bounded() {
        let mut map = BoundedMap::new(10);
        for key in 0..1000 {
            map.insert(key, key);
            assert!(map.young.len() <= 10 && map.old.len() <= 10);
        }
        for key in 990..1000 {
            assert_eq!(map.get(key), Some(&key));
        }
        assert_eq!(map.get(0), None);
    }

    #[test]
    fn a_key_in_use_is_never_forgotten() {
        let mut map = BoundedMap::new(10);
        map.insert(7, "in use");
        for key in 100..1000 {
            map.insert(key, "another");
            assert_eq!(map.get(7), Some(&"in use"), "after {key}");
        }
    }

    #[test]
    fn a_removed_key_is_gone_from_both_generations() {
        let mut map = BoundedMap::new(2);
        for key in 0..3 {
            map.insert(key, key);
        }
        for key in 0..3 {
            map.remove(key);
            assert_eq!(map.get(key), None);
        }
    }
}
